"""Reading datasets of several layouts as pictures with labelled objects: what validation, report and viewer share."""
