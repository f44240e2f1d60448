// The umbrella: what a program that builds on the package imports.
@_exported public import GRPOObjectives
@_exported public import GRPORewards
@_exported public import GRPOTasks
