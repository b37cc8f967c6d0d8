namespace Nfqlb.Flows;

/// <summary>A flow cannot be set. Nothing was changed.</summary>
/// <param name="message">One line that names the value; the answer to whoever asked.</param>
public sealed class FlowException(string message) : Exception(PlainText.Visible(message));
