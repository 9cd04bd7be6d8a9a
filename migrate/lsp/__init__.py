"""The language server: diagnostics, fixes and explanations in an editor, over the Language Server Protocol."""
