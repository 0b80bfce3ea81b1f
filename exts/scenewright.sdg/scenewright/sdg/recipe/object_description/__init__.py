"""Object descriptions: files whose top key is ``isaacsim.replicator.object``, made into datasets as recipes are.

`description` reads and checks a file, `resolver` gives its values for one frame, `world` builds the stage and
`session` drives it. Nothing but `world` and `session` needs a stage.
"""
