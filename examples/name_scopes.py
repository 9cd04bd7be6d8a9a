"""Do my checkpoints still load when name scopes become variable scopes?

`tf.Variable` takes its name from the name scope around it, `tf.get_variable` from the variable scope. Where a name
scope turns into a variable scope every variable, and every op, keeps its name, and so does every key of a checkpoint.
"""

import os
import tempfile

import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()

with tf.name_scope("input"):
    x = tf.placeholder(tf.float32, [None, 4], name="x")

with tf.name_scope("hidden"):
    weights = tf.Variable(tf.truncated_normal([4, 8], stddev=0.5), name="weights")
    biases = tf.Variable(tf.zeros([8]), name="biases")
    hidden = tf.nn.relu(tf.matmul(x, weights) + biases)

with tf.name_scope("softmax_linear"):
    weights = tf.Variable(tf.truncated_normal([8, 3], stddev=0.35), name="weights")
    biases = tf.Variable(tf.zeros([3]), name="biases")
    logits = tf.matmul(hidden, weights) + biases

step = tf.Variable(0, name="global_step", trainable=False)
saver = tf.train.Saver()

with tf.Session() as session, tempfile.TemporaryDirectory() as directory:
    session.run(tf.global_variables_initializer())
    path = saver.save(session, os.path.join(directory, "model"))
    for name, shape in tf.train.list_variables(path):
        print(name, shape)
