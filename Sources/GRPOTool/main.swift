import GRPOCommand

await GRPOCommand.main()
