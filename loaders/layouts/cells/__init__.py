"""What single cells of a row say: several columns that are one, names and telephones of people, words that deny a grant."""
