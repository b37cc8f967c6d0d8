namespace Nfqlb.EndToEnd.ControlPlane;

/// <summary>Compares long texts so that a failure shows the lines that differ, and no others.</summary>
internal static class StateText
{
    public static void MustBe(this string actual, string expected)
    {
        string[] missing = [.. expected.Split('\n').Except(actual.Split('\n'))];
        string[] added = [.. actual.Split('\n').Except(expected.Split('\n'))];
        Assert.True(missing.Length + added.Length == 0,
            string.Join('\n', [.. missing.Select(line => $"- {line}"), .. added.Select(line => $"+ {line}")]));
        Assert.Equal(expected, actual);
    }
}
