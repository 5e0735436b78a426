"""Shared by the benches: servers and a browser with a byte meter (``stage``), a Streamlit client (``client``)."""
