namespace Inlet.Local.ApiServer.Tables;

/// <param name="Type"><c>string</c>, <c>integer</c>, <c>boolean</c>, <c>date</c>.</param>
/// <param name="Format"><c>name</c> for the column that names the object; else empty.</param>
/// <param name="Priority">0 is always shown, 1 only with <c>-o wide</c>.</param>
public sealed record TableColumn(string Name, string Type = "string", string Format = "", int Priority = 0)
{
    public static TableColumn ObjectName { get; } = new("Name", Format: "name");

    public static TableColumn Age { get; } = new("Age");

    public static TableColumn Wide(string name) => new(name, Priority: 1);
}
