from __future__ import annotations

import pytest

from codemods.tensorflow.indexing.targets import another, snake_case


@pytest.mark.parametrize(
    ("name", "scope"),
    [
        ("ConvLayer", "conv_layer"),
        ("Conv2D", "conv2d"),
        ("Conv2DLayer", "conv2d_layer"),
        ("Layer2Norm", "layer2_norm"),
        ("KLqp", "klqp"),
        ("BiLSTM", "bi_lstm"),
        ("LSTMCell", "lstm_cell"),
        ("GANs", "gans"),
        ("GANsToTrain", "gans_to_train"),
        ("GANSampler", "gan_sampler"),
        ("Seq2SeqModel", "seq2seq_model"),
        ("Word2Vec", "word2vec"),
        ("MyWord2VecModel", "my_word2vec_model"),
        ("LeakyReLU", "leaky_relu"),
        ("testLeakyReLUs", "test_leaky_relus"),
        ("PReLULayer", "prelu_layer"),
        ("conv", "conv"),
        ("_", "layer"),
    ],
)
def test_the_name_of_a_class_as_that_of_a_scope(name: str, scope: str):
    assert snake_case(name) == scope


@pytest.mark.parametrize(
    ("name", "other"),
    [("logits", "logits_var"), ("bias_var", "new_bias_var"), ("Variable", "var"), ("variable", "var")],
)
def test_another_name_where_something_else_has_the_first(name: str, other: str):
    assert another(name) == other
