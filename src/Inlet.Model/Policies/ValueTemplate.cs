namespace Inlet.Model;

/// <summary>What a request says in place of a variable.</summary>
public enum TemplateVariable
{
    /// <summary>No variable: the part's text.</summary>
    None,

    /// <summary>Host without port, lower case.</summary>
    Host,

    /// <summary>Host as the client sent it.</summary>
    HostField,

    /// <summary>Path and query as sent.</summary>
    Target,

    /// <summary>The same, percent-encoded so that it may stand in a query.</summary>
    EscapedTarget,

    /// <summary>The path as matched.</summary>
    Path,

    /// <summary>The query without its <c>?</c>.</summary>
    Query,
    Scheme,
    ClientAddress,
    RequestId,
    Method,

    /// <summary>The port the client connected to.</summary>
    Port,

    /// <summary>A parameter of the query; its name is the part's text.</summary>
    QueryParameter,

    /// <summary>A cookie; its name is the part's text.</summary>
    Cookie,

    /// <summary>A field; its name is the part's text.</summary>
    Header,
}

/// <summary>A text with places for what a request says. Only variables that are named here can be meant.</summary>
public sealed record ValueTemplate(EquatableArray<TemplatePart> Parts);

public sealed record TemplatePart(string Text, TemplateVariable Variable = TemplateVariable.None);
