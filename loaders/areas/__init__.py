"""What is known of a province: its reference facts and boundaries (``facts``), its areas (``register``)."""
