"""Detections: rules over the log's events, the same while events come and over history.

A rule is a file of ``trustwright/trail/detections``: a Sigma rule, or Sigma rules with a Sigma correlation after them.
Sigma selects events by their fields; what it cannot say (absence, distance, habit) a rule asks of a detector, one
module of ``detectors``, under the key ``trustwright``.
"""
