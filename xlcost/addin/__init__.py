"""What hosts load: GENERATED from the catalogue, and the two ends of the Calc add-in."""
