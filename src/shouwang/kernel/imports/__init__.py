"""Import from Excel: pre-check without writing, confirm, job in chunks, the user's own workbook back."""
