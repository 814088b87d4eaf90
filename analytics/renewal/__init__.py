"""The renewal of a model: learn anew, compare with the one in service, promote or keep."""
