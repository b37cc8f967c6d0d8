namespace Nfqlb.Planning.Model;

/// <summary>A target with the pool that it is asked for in.</summary>
/// <param name="Pool">The pool.</param>
/// <param name="Target">One of its targets.</param>
public sealed record PooledTarget(DesiredPool Pool, DesiredTarget Target);
