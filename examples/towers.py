"""How do towers on several devices share their weights?

With `tf.Variable` each tower makes weights of its own, whatever the scopes: `own` trains two models. Variables that come
from `tf.get_variable` can be shared: `shared` enters one scope that reuses. `migrate` brings `own` as far as that and no
further, for whether towers share their weights is a decision about the model.
"""

import numpy as np
import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()

DEVICES = ["/cpu:0", "/cpu:1"]
INPUTS = np.linspace(-1.0, 1.0, 32).reshape(8, 4).astype(np.float32)


def own(x):
    outputs = []
    for i, device in enumerate(DEVICES):
        with tf.device(device), tf.name_scope("tower_%d" % i):
            weights = tf.Variable(tf.truncated_normal([4, 1]), name="weights")
            bias = tf.Variable(tf.zeros([1]), name="bias")
            outputs.append(tf.matmul(x[i], weights) + bias)
    return outputs


def shared(x):
    outputs = []
    for i, device in enumerate(DEVICES):
        with tf.device(device), tf.variable_scope("model", reuse=tf.AUTO_REUSE):
            weights = tf.get_variable("weights", [4, 1], initializer=tf.truncated_normal_initializer())
            bias = tf.get_variable("bias", [1], initializer=tf.zeros_initializer())
            outputs.append(tf.matmul(x[i], weights) + bias)
    return outputs


def train(outputs):
    loss = tf.add_n([tf.reduce_mean(tf.square(output)) for output in outputs])
    step = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
    print([variable.op.name for variable in tf.trainable_variables()])
    with tf.Session(config=tf.ConfigProto(device_count={"CPU": len(DEVICES)})) as session:
        session.run(tf.global_variables_initializer())
        session.run(step)


with tf.Graph().as_default():
    train(own(tf.split(tf.constant(INPUTS), len(DEVICES))))
with tf.Graph().as_default():
    train(shared(tf.split(tf.constant(INPUTS), len(DEVICES))))
