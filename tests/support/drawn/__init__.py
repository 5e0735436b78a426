"""Tables that are drawn: what a person meant, written in many forms, and what the importer must make of each."""
