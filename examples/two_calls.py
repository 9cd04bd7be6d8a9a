"""What is the difference between tf.Variable and tf.get_variable?

`tf.Variable` always makes a variable, and finds it a free name. `tf.get_variable` makes one under the name that it is
given, raises if there is one already, and in a scope that reuses it hands out the one that is there.
"""

import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()

with tf.variable_scope("one"):
    a = tf.get_variable("v", [1])  # one/v

try:
    with tf.variable_scope("one"):
        tf.get_variable("v", [1])
except ValueError as error:
    print("a second get_variable raises:", str(error).split(",")[0])

with tf.variable_scope("one", reuse=True):
    c = tf.get_variable("v", [1])  # one/v again

with tf.variable_scope("two"):
    d = tf.get_variable("v", [1])  # two/v
    e = tf.Variable(1, name="v", expected_shape=[1])  # two/v_1: a free name

for name, variable in (("a", a), ("c", c), ("d", d), ("e", e)):
    print(name, "is", variable.op.name)
print("a is c:", a is c)
print("d is e:", d is e)
