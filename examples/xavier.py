"""How is a variable made with a Xavier initialiser?

An initialiser is called with a shape and gives a value, and `tf.Variable` takes values; `tf.get_variable` takes the
initialiser itself, and calls it. A helper of one's own, such as `xavier_init`, gives values too, and stays one.
"""

import numpy as np
import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()

N_INPUT, N_HIDDEN = 12, 4


def xavier_init(fan_in, fan_out, constant=1):
    low = -constant * np.sqrt(6.0 / (fan_in + fan_out))
    high = constant * np.sqrt(6.0 / (fan_in + fan_out))
    return tf.random_uniform((fan_in, fan_out), minval=low, maxval=high, dtype=tf.float32)


class Autoencoder(object):
    def __init__(self):
        initializer = tf.glorot_uniform_initializer()
        self.x = tf.placeholder(tf.float32, [None, N_INPUT])
        self.w1 = tf.Variable(initializer([N_INPUT, N_HIDDEN]), name="w1")
        self.b1 = tf.Variable(tf.zeros([N_HIDDEN], dtype=tf.float32), name="b1")
        self.w2 = tf.Variable(xavier_init(N_HIDDEN, N_INPUT), name="w2")
        self.b2 = tf.Variable(tf.zeros([N_INPUT], dtype=tf.float32), name="b2")
        self.hidden = tf.nn.softplus(tf.matmul(self.x, self.w1) + self.b1)
        self.reconstruction = tf.matmul(self.hidden, self.w2) + self.b2
        self.cost = 0.5 * tf.reduce_sum(tf.square(self.reconstruction - self.x))
        self.optimizer = tf.train.AdamOptimizer(0.01).minimize(self.cost)


model = Autoencoder()
inputs = np.random.RandomState(0).rand(32, N_INPUT)
with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    limit = np.sqrt(6.0 / (N_INPUT + N_HIDDEN))
    for weights in (model.w1, model.w2):
        print(weights.op.name, "is within %.3f of 0:" % limit, np.abs(session.run(weights)).max() <= limit)
    for _ in range(10):
        session.run(model.optimizer, {model.x: inputs})
