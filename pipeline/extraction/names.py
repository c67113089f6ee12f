"""Which capitalised words are names of people, and which only look like it.

Shape rules out acronyms, camel case and endings that nouns have and surnames lack. The lists hold
the other capitalised words that occur before a year.
"""

import re
from functools import lru_cache

PARTICLES = "van von de der den del di da la le el ter ten".split()

_CALENDAR = """
    January February March April May June July August September October November December Jan Feb
    Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec Monday Tuesday Wednesday Thursday Friday Saturday
    Sunday Spring Summer Autumn Fall Winter Year Years Quarter Early Late Mid Day Week Month
    Decade Century Today Yesterday Christmas Easter
"""
_PARTS_OF_A_TEXT = """
    Figure Figures Fig Figs Table Tables Section Sections Sec Chapter Chapters Equation Equations
    Eq Eqs Appendix Algorithm Algorithms Theorem Lemma Corollary Proposition Definition Proof Part
    Page Pages Line Step Steps Phase Item Example Examples Note Notes Paper Papers Article Book
    Thesis Report Review Survey Summary Abstract Introduction Conclusion Reference References
    Version Title Author Authors Comment Comments Volume Issue Number Screenshot Screen Shot Slide
    Slides Video Blog Post Code Link Source Copyright
"""
_STATES_OF_A_TEXT = """
    Published Submitted Accepted Updated Update Edited Edit Revised Written Read Released Posted
    Retrieved Accessed Presented Edition Draft Preprint Reposting Repost
"""
_BEGINNINGS = """
    The A An This That These Those It Its They Their He's She We Our You Your There Here Where
    When What Which Who How Why If In On At By For From With Without Within To Of Into Onto Over
    Under Upon As But And Or Nor So Yet Also See Since Until During Before After About Around
    Above Below Between Among Against Like Unlike Despite Because While Whereas Although Though
    Even Both Either Neither Each Every Some Many Most Much Few All Any No Not Only Then Than Thus
    Hence Therefore However Moreover Furthermore Additionally Instead Finally Later Lately Further
    First Second Third Next Last Meanwhile Indeed Again Once Now Still Just Another Other Others
    Similar Related Previous Prior Recent New Old Original Specifically Originally Recently
    Similarly Previously Concretely Interestingly Consequently Overall Following Using Extending
    Building Adapting Applying Combining Comparing Considering According Contrary Inspired
    Motivated Based Given Compare Compared Consider Approximately Roughly Nearly Essentially
    Basically Surprisingly Importantly Notably Subsequently Unfortunately Fortunately Generally
    Typically Usually Often Sometimes Independently Simultaneously Perhaps Maybe Besides Regarding
    Via Per Through Throughout Across Along Till Improving Introduced Proposed Developed Invented
"""
_VENUES_AND_PUBLISHERS = """
    Proceedings Conference Workshop Symposium Journal Transactions Letters Annals Magazine
    Challenge Competition Nature Science Cell Lancet Neural Nips Neurips Interspeech Eurospeech
    Arxiv ArXiv BioRxiv MedRxiv Springer Elsevier Wiley Nips Iclr Icml Cvpr Siggraph Kaggle Press
    University Institute College School Lab Labs Laboratory Department Academy Museum Wikipedia
    Reddit Twitter Youtube Github Medium Forum
"""
_ORGANISATIONS = """
    Google Microsoft Facebook Amazon Apple Nvidia Intel Baidu Tencent Alibaba Huawei Samsung Yahoo
    Netflix Uber Adobe Tesla Initech Nokia Siemens Philips Sony Toyota Bosch Inc Ltd Corp
    Corporation Company Group Team Foundation Brain Research Stanford Berkeley Harvard Princeton
    Yale Cornell Caltech Oxford Cambridge Carnegie Congress Parliament Senate Government Act Bill
    Treaty
"""
_PLACES = """
    Africa America Asia Europe Australia Austria Belgium Brazil Bulgaria Canada Chile China
    Colombia Croatia Cyprus Czechia Denmark Egypt Estonia Finland France Germany Greece Hungary
    Iceland India Indonesia Iran Iraq Ireland Israel Italy Japan Kenya Korea Latvia Lithuania
    Luxembourg Malaysia Malta Mexico Morocco Netherlands Norway Pakistan Peru Poland Portugal
    Romania Russia Scotland Serbia Singapore Slovakia Slovenia Spain Sweden Switzerland Taiwan
    Thailand Tunisia Turkey Ukraine Vietnam Wales England Britain Scandinavia California Texas
    Nevada Florida Quebec Ontario Hawaii Utah Oregon Washington Massachusetts Amsterdam Athens
    Atlanta Austin Bangkok Barcelona Beijing Berlin Bordeaux Boston Brisbane Brussels Budapest
    Chicago Copenhagen Dallas Denver Doha Dresden Dublin Edinburgh Florence Geneva Glasgow Granada
    Haifa Hamburg Helsinki Honolulu Istanbul Jeju Kyoto Lille Lisbon Ljubljana London Lyon Macau
    Madrid Marseille Melbourne Miami Milan Minneapolis Montreal Montréal Moscow Munich Nagoya Nice
    Osaka Oslo Ottawa Paris Philadelphia Pittsburgh Prague Rome Rotterdam Salamanca Santiago
    Seattle Seoul Shanghai Stockholm Sydney Taipei Tokyo Toronto Toulon Toulouse Trento Tübingen
    Valencia Vancouver Venice Vienna Virtual Warsaw Zurich Zürich York Angeles Francisco Diego
    Orleans Beach Vegas Rico City Island Kong Lake Mountain State Street
"""
_METHODS_AND_SOFTWARE = """
    Adam Adagrad Adadelta Nadam Dropout Dropconnect Transformer Transformers Perceptron
    Perceptrons Autoencoder Autoencoders Backprop Boltzmann Hopfield Inception Xception Highway
    Glow Glove Bert Roberta Elmo Sarsa Alphago Atari Gym Minecraft Starcraft Mujoco Torch Pytorch
    Tensorflow Theano Keras Caffe Matlab Octave Python Java Fortran Lisp Prolog Cobol Pascal Rust
    Julia Ruby Perl Linux Unix Windows Android Excel Spark Hadoop Wordnet Imagenet Cifar Mnist
    Coco Cityscapes Kitti Celeba Glue Squad Omniglot Penn Treebank Snake Snakes Watershed Kernel
    Kernels Model Models Method Methods Network Networks Net Nets Layer Layers Loss Losses Task
    Tasks Data Dataset Datasets Corpus Benchmark Baseline Baselines Batch Epoch Epochs System
    Systems Machine Machines Agent Agents Attack Attacks Image Images Object Objects Word Words
    Text Graph Graphs Tree Trees Forest Forests Memory Attention Gradient Gradients Descent Policy
    Reward Rewards Game Games Deep Learning Mining Answering Training Testing Processing
    Understanding Modeling Modelling Computing Tracking Reasoning Parsing Clustering Matching
    Sampling Scaling Planning Search Speech Language Vision Intelligence Robotics Security Privacy
    Medicine Physics Statistics Theory War World Windows Mac Olympics Cup Prize Award Turing's Go
    Chess Poker Sample Samples
"""
_NEVER_SURNAMES = frozenset((_BEGINNINGS + _ORGANISATIONS).split())
_NOT_NAMES = _NEVER_SURNAMES.union(
    *(
        words.split()
        for words in (
            _CALENDAR,
            _PARTS_OF_A_TEXT,
            _STATES_OF_A_TEXT,
            _VENUES_AND_PUBLISHERS,
            _PLACES,
            _METHODS_AND_SOFTWARE,
        )
    )
)
# `LeNet` and `DeVito` differ in their endings; `O'BRIEN` does not occur in dated prose.
_ACRONYM = re.compile(r"[A-Z]{2,}|\w*(?:Nets?|GANs?|[A-Z]{2,}s?)\b|\w*\d")
# Endings of nouns that surnames such as Manning or Clement do not share.
_NOUN = re.compile(
    r"\w{3,}(?:tions?|sions?|ness|isms?|ics|ology|ware|izers?|formers?|ities|ships?)$"
)


@lru_cache(maxsize=1 << 14)
def is_name(word: str) -> bool:
    """Whether a capitalised word may be part of a person's name."""
    return word not in _NOT_NAMES and not _ACRONYM.match(word) and not _NOUN.match(word)


@lru_cache(maxsize=1 << 14)
def is_surname(word: str) -> bool:
    """Whether a capitalised word right before `et al.` may be a surname, as May and London may."""
    return word not in _NEVER_SURNAMES and not _ACRONYM.match(word)
