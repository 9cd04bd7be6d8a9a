"""What are variables called that nobody named, and that live in dictionaries?

`weights["out"]` and `biases["out"]` are two variables without a name: TensorFlow calls them `Variable_2` and
`Variable_5`, by the order in which they are made. `migrate` names each after the key that it is kept under, and keeps
the two dictionaries apart.
"""

import numpy as np
import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()

n_input = 8
n_hidden_1 = 16
n_hidden_2 = 16
n_classes = 3

x = tf.placeholder(tf.float32, [None, n_input])
y = tf.placeholder(tf.float32, [None, n_classes])

weights = {
    "h1": tf.Variable(tf.random_normal([n_input, n_hidden_1])),
    "h2": tf.Variable(tf.random_normal([n_hidden_1, n_hidden_2])),
    "out": tf.Variable(tf.random_normal([n_hidden_2, n_classes])),
}
biases = {
    "b1": tf.Variable(tf.random_normal([n_hidden_1])),
    "b2": tf.Variable(tf.random_normal([n_hidden_2])),
    "out": tf.Variable(tf.random_normal([n_classes])),
}


def multilayer_perceptron(x):
    layer_1 = tf.nn.relu(tf.matmul(x, weights["h1"]) + biases["b1"])
    layer_2 = tf.nn.relu(tf.matmul(layer_1, weights["h2"]) + biases["b2"])
    return tf.matmul(layer_2, weights["out"]) + biases["out"]


logits = multilayer_perceptron(x)
cost = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(logits=logits, labels=y))
train = tf.train.AdamOptimizer(0.01).minimize(cost)

for variable in tf.trainable_variables():
    print(variable.op.name, variable.shape.as_list())

rng = np.random.RandomState(0)
inputs = rng.rand(64, n_input)
labels = np.eye(n_classes)[rng.randint(n_classes, size=64)]
with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    for _ in range(20):
        session.run(train, {x: inputs, y: labels})
