"""What becomes of helpers that make one variable for each layer?

`weight_variable` holds one call of `tf.Variable` and makes four variables. A plain `tf.get_variable("weight", ...)` in
it would raise on its second run, so each run needs a scope or a name of its own.
"""

import numpy as np
import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()


def weight_variable(shape):
    initial = tf.truncated_normal(shape, stddev=0.1)
    return tf.Variable(initial)


def bias_variable(shape):
    initial = tf.constant(0.1, shape=shape)
    return tf.Variable(initial)


def conv2d(x, W):
    return tf.nn.conv2d(x, W, strides=[1, 1, 1, 1], padding="SAME")


def max_pool_2x2(x):
    return tf.nn.max_pool(x, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="SAME")


x = tf.placeholder(tf.float32, [None, 8, 8, 1])
y_ = tf.placeholder(tf.float32, [None, 10])

W_conv1 = weight_variable([3, 3, 1, 4])
b_conv1 = bias_variable([4])
h_conv1 = tf.nn.relu(conv2d(x, W_conv1) + b_conv1)
h_pool1 = max_pool_2x2(h_conv1)

W_conv2 = weight_variable([3, 3, 4, 8])
b_conv2 = bias_variable([8])
h_conv2 = tf.nn.relu(conv2d(h_pool1, W_conv2) + b_conv2)
h_pool2 = max_pool_2x2(h_conv2)

W_fc1 = weight_variable([2 * 2 * 8, 16])
b_fc1 = bias_variable([16])
h_fc1 = tf.nn.relu(tf.matmul(tf.reshape(h_pool2, [-1, 2 * 2 * 8]), W_fc1) + b_fc1)

W_fc2 = weight_variable([16, 10])
b_fc2 = bias_variable([10])
y_conv = tf.matmul(h_fc1, W_fc2) + b_fc2

cross_entropy = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(labels=y_, logits=y_conv))
train_step = tf.train.AdamOptimizer(1e-3).minimize(cross_entropy)

for variable in tf.trainable_variables():
    print(variable.op.name, variable.shape.as_list())

rng = np.random.RandomState(0)
images = rng.rand(16, 8, 8, 1)
digits = np.eye(10)[rng.randint(10, size=16)]
with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    for _ in range(5):
        session.run(train_step, {x: images, y_: digits})
