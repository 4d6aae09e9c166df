"""The dashboard: Streamlit pages over the marts, read-only."""
