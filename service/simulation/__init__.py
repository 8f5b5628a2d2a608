"""The long-term view: people who are simulated from the log, and what becomes of them under several
serving policies. Read `simulate` first. Knows no command line.

plan         what is to be simulated
assumptions  what no log tells, with defaults
traits       what an item is to a simulated person: factors of the log, content, cluster
person       what a person took and was shown
logit        what the log says each trait is worth
fitting      the cases of the log that say so
crowd        the people who begin, and what they choose, take and when they leave
noise        the same chance for the same person and round under every policy
palate_list  the list that Palate serves to a simulated history
bandits      what learns from the rounds in which order that list is shown
policies     the names of all that is compared
rounds       one policy, round by round
measures     figures of what came of it, intervals, differences
page         all of it as one HTML page
"""
