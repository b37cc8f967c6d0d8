// Two cores carry client, kernel and balancer: tests that ran at the same time would only disturb each other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
