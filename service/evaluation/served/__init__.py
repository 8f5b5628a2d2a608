"""Offline evaluation of the served answer: what is measured, on which data, in which copy. Knows no
command line.

plan     what is to be measured
dataset  what the data folder holds, as arrays
run      one training, and the cases it is asked
sandbox  a copy of the data in which the held-out events never happened
"""
