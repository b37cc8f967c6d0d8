[assembly: CollectionBehavior("Nfqlb.EndToEnd.Lab.TestOrder", "Nfqlb.EndToEnd", MaxParallelThreads = 4)]
