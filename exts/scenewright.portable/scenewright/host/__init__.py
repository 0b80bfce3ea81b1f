"""Stand-ins for what Replicator scripts import beside Replicator itself, outside Kit.

``activation.activate()`` installs one import finder; ``runner.run_script`` runs a script as Isaac Sim would.
Nothing of ours is imported here: the Replicator is found by its name.
"""
