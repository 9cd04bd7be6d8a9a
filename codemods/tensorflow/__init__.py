"""What `migrate` knows of TensorFlow: one file a codemod, the knowledge that they share beside it."""
