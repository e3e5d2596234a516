"""防止返贫监测和帮扶: leads, the procedure of a case, measures and follow-ups."""
