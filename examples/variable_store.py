"""Why does TensorFlow not find my embedding when I look it up by name?

A graph keeps what `tf.get_variable` makes in its variable store, by name; `reuse` and `tf.get_variable` look there and
nowhere else. What `tf.Variable` makes is absent from it. After `migrate` every variable below is in the store.
"""

import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()

VOCABULARY, DIMENSIONS = 1000, 16

words = tf.placeholder(tf.int32, [None], name="words")
embedding = tf.Variable(tf.random_uniform([VOCABULARY, DIMENSIONS], -1.0, 1.0), name="embedding")
projection = tf.get_variable("projection", [DIMENSIONS, 2])
logits = tf.matmul(tf.nn.embedding_lookup(embedding, words), projection)

(store,) = tf.get_collection(("__variable_store",))
print("in the graph: ", sorted(variable.op.name for variable in tf.global_variables()))
print("in the store: ", sorted(store._vars))

with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    print("logits:       ", session.run(logits, {words: [1, 2, 3]}).shape)
