"""The clinics themselves: names, zones, branches, treatments, and their accounts on the channels."""
