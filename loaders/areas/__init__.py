"""What is known of a province: its reference facts and prepared boundaries (``facts``), its areas over time (``register``)."""
