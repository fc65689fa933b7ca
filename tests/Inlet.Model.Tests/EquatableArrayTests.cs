using CsCheck;

namespace Inlet.Model.Tests;

public sealed class EquatableArrayTests
{
    [Fact]
    public void Equal_content_is_equal_with_equal_hashes() =>
        Gen.Int[0, 3].Array[0, 4].Select(Gen.Int[0, 3].Array[0, 4]).Sample(static (left, right) =>
        {
            EquatableArray<int> a = [.. left];
            EquatableArray<int> b = [.. right];
            return (a == b) == left.SequenceEqual(right) && (a != b || a.GetHashCode() == b.GetHashCode()) && a.Equals((object)b) == (a == b);
        });

    [Fact]
    public void A_record_that_holds_one_compares_by_value() =>
        Assert.Equal(new Holder([1, 2]), new Holder([1, 2]));

    [Fact]
    public void Nothing_and_the_default_are_the_same()
    {
        EquatableArray<string> none = [];

        Assert.Equal(default, none);
        Assert.True(none.IsEmpty);
        Assert.Empty(none);
        Assert.Throws<ArgumentOutOfRangeException>(() => none[0]);
    }

    [Fact]
    public void The_array_it_was_made_from_may_change()
    {
        var source = new[] { 1, 2 };
        EquatableArray<int> array = [.. source];
        source[0] = 9;

        Assert.Equal(1, array[0]);
    }

    private sealed record Holder(EquatableArray<int> Items);
}
