using System.Text.Json.Nodes;
using Xunit;

namespace E2B.LocalServer.Tests.Interpreter;

/// <summary>Pictures, charts and data frames.</summary>
public sealed class DisplayTests(InterpreterWorld world) : IClassFixture<InterpreterWorld>
{
    private readonly InterpreterClient _service = world.Service;

    [Fact(Timeout = InterpreterWorld.Limit)]
    public async Task A_figure_is_a_picture_of_the_right_size_and_colours()
    {
        IReadOnlyList<JsonObject> events = await _service.ExecuteAsync("""
            import matplotlib.pyplot as plt
            from matplotlib.patches import Rectangle
            %config InlineBackend.print_figure_kwargs = {'bbox_inches': None}
            figure = plt.figure(figsize=(2, 1), dpi=100, facecolor='#ff0000')
            axes = figure.add_axes([0, 0, 1, 1])
            axes.axis('off')
            axes.add_patch(Rectangle((0.5, 0), 0.5, 1, color='#0000ff'))
            plt.show()
            """, context: await _service.NewContextAsync());
        JsonObject result = events.Single(one => (string)one["type"]! == "result");
        Assert.False((bool)result["is_main_result"]!);
        Assert.StartsWith("<Figure size 200x100", (string)result["text"]!, StringComparison.Ordinal);

        var picture = Png.Read(Convert.FromBase64String((string)result["png"]!));
        Assert.Equal((200, 100), (picture.Width, picture.Height));
        foreach (int y in (int[])[5, 50, 95])
        {
            Assert.Equal(0xff0000, picture.At(20, y));
            Assert.Equal(0x0000ff, picture.At(180, y));
        }
    }

    [Theory(Timeout = InterpreterWorld.Limit)]
    [InlineData("axes.plot([1, 2, 3], [4, 5.5, 6], label='a'); axes.plot([1, 2], [0.5, 1]); axes.set_title('T'); axes.set_xlabel('Time (s)'); axes.set_ylabel('Force [N]')",
        """{"type":"line","title":"T","x_label":"Time (s)","x_unit":"s","y_label":"Force [N]","y_unit":"N","x_scale":"linear","y_scale":"linear","elements":[{"label":"a","points":[[1,4],[2,5.5],[3,6]]},{"label":"Line 1","points":[[1,0.5],[2,1]]}]}""")]
    [InlineData("import datetime; axes.plot([datetime.date(2024, 1, 1), datetime.date(2024, 1, 3)], [1, 2], label='d')",
        """{"type":"line","title":null,"x_scale":"datetime","elements":[{"label":"d","points":[["2024-01-01",1],["2024-01-03",2]]}]}""")]
    [InlineData("axes.plot(['a', 'b'], [1, 10], label='c'); axes.set_yscale('log')",
        """{"type":"line","x_scale":"categorical","x_ticks":[0,1],"x_tick_labels":["a","b"],"y_scale":"log","elements":[{"label":"c","points":[["a",1],["b",10]]}]}""")]
    [InlineData("axes.plot([1, 2, 3], [1, 2, 4], label='l'); axes.grid(True); axes.axhline(2)",
        """{"type":"line","elements":[{"label":"l","points":[[1,1],[2,2],[3,4]]}]}""")]
    [InlineData("axes.scatter([1, 2], [3, 4.5], label='s')",
        """{"type":"scatter","elements":[{"label":"s","points":[[1,3],[2,4.5]]}]}""")]
    [InlineData("axes.bar(['A', 'B', 'C'], [3, 1, 2], label='L'); axes.set_xlabel('x'); axes.set_ylabel('y (kg)')",
        """{"type":"bar","x_label":"x","x_unit":null,"y_label":"y (kg)","y_unit":"kg","elements":[{"label":"A","group":"L","value":3},{"label":"B","group":"L","value":1},{"label":"C","group":"L","value":2}]}""")]
    [InlineData("axes.bar(['A', 'B'], [5, 5])",
        """{"type":"bar","elements":[{"label":"A","group":"Group 0","value":5},{"label":"B","group":"Group 0","value":5}]}""")]
    [InlineData("axes.barh(['A', 'B'], [3, 1]); axes.set_xlabel('across'); axes.set_ylabel('down')",
        """{"type":"bar","x_label":"down","y_label":"across","elements":[{"label":"A","group":"Group 0","value":3},{"label":"B","group":"Group 0","value":1}]}""")]
    [InlineData("axes.pie([90, 10], labels=['most', 'rest'], startangle=90, autopct='%d')",
        """{"type":"pie","title":null,"elements":[{"label":"most","angle":324,"radius":1},{"label":"rest","angle":36,"radius":1}]}""")]
    [InlineData("axes.boxplot([[85, 90, 78, 92, 88], [95, 89, 76, 91, 84, 87]], labels=['A', 'B'], patch_artist=True)",
        """{"type":"box_and_whisker","elements":[{"label":"A","min":78,"first_quartile":85,"median":88,"third_quartile":90,"max":92,"outliers":[]},{"label":"B","min":84,"first_quartile":84.75,"median":88,"third_quartile":90.5,"max":95,"outliers":[76]}]}""")]
    [InlineData("axes.boxplot([[1, 2, 3, 4, 5, 60, 70]], labels=['one'], patch_artist=True, vert=False)",
        """{"type":"box_and_whisker","elements":[{"label":"one","min":1,"first_quartile":2.5,"median":4,"third_quartile":32.5,"max":70,"outliers":[]}]}""")]
    [InlineData("axes.imshow([[1, 2], [3, 4]])", """{"type":"unknown","title":null,"elements":[]}""")]
    [InlineData("pass", "{}")]
    public async Task A_chart_is_told_by_its_points(string drawing, string expected)
    {
        JsonObject result = await DrawAsync($"figure, axes = plt.subplots()\n{drawing}");
        JsonObject chart = result["chart"]!.AsObject();
        Assert.StartsWith("iVBOR", (string)result["png"]!, StringComparison.Ordinal);
        foreach ((string name, JsonNode? value) in JsonNode.Parse(expected)!.AsObject())
        {
            Assert.True(JsonNode.DeepEquals(value, chart[name]), $"{name}: {chart[name]?.ToJsonString()} and not {value?.ToJsonString()}");
        }

        if (expected == "{}")
        {
            Assert.Empty(chart);
        }
    }

    [Fact(Timeout = InterpreterWorld.Limit)]
    public async Task Several_charts_are_one_of_charts()
    {
        JsonObject chart = (await DrawAsync("""
            figure, (left, right) = plt.subplots(1, 2)
            figure.suptitle('Both')
            left.plot([1, 2], [3, 4], label='l'); left.set_title('L')
            right.scatter([5], [6], label='r')
            """))["chart"]!.AsObject();
        Assert.Equal(("superchart", "Both"), ((string)chart["type"]!, (string)chart["title"]!));
        JsonArray inner = chart["elements"]!.AsArray();
        Assert.Equal([("line", "L"), ("scatter", null)], inner.Select(one => ((string)one!["type"]!, (string?)one["title"])));
        Assert.Equal("[[5,6]]", Compact(inner[1]!["elements"]![0]!["points"]!));
    }

    [Fact(Timeout = InterpreterWorld.Limit)]
    public async Task A_data_frame_is_its_columns()
    {
        JsonObject result = (await _service.ExecuteAsync("""
            import pandas
            pandas.DataFrame({'number': [1, 2], 'real': [1.5, float('nan')], 'text': ['a', None], 'moment': pandas.to_datetime(['2024-01-02T03:04:05', '2024-01-02']), 'flag': [True, False], 7: [[1], {'k': 2}]})
            """)).MainResult()!;
        Assert.True(
            JsonNode.DeepEquals(result["data"], JsonNode.Parse("""
                {"number":[1,2],"real":[1.5,"nan"],"text":["a",null],"moment":["2024-01-02T03:04:05","2024-01-02T00:00:00"],"flag":[true,false],"7":[[1],{"k":2}]}
                """)),
            result["data"]!.ToJsonString());
        Assert.Contains("<table", (string)result["html"]!, StringComparison.Ordinal);
        Assert.Contains("number", (string)result["text"]!, StringComparison.Ordinal);
    }

    [Theory(Timeout = InterpreterWorld.Limit)]
    [InlineData("image"), InlineData("image.show()"), InlineData("image.save('/tmp/saved.png')")]
    public async Task A_picture_is_shown_as_the_value_when_asked_to_and_when_saved(string code)
    {
        IReadOnlyList<JsonObject> events = await _service.ExecuteAsync(
            $"from PIL import Image\nimage = Image.new('RGB', (3, 2), (1, 2, 3))\n{code}", context: await _service.NewContextAsync());
        JsonObject result = events.Single(one => (string)one["type"]! == "result");
        var picture = Png.Read(Convert.FromBase64String((string)result["png"]!));
        Assert.Equal((3, 2, 0x010203), (picture.Width, picture.Height, picture.At(1, 1)));
    }

    private async Task<JsonObject> DrawAsync(string code)
    {
        IReadOnlyList<JsonObject> events = await _service.ExecuteAsync($"import matplotlib.pyplot as plt\nplt.close('all')\n{code}\nplt.show()");
        Assert.Null(events.Error());

        // Beside the picture, a figure's own value is none of the code's.
        return events.Single(one => (string)one["type"]! == "result" && one.ContainsKey("png"));
    }

    private static string Compact(JsonNode node) => node.ToJsonString().Replace(".0", string.Empty, StringComparison.Ordinal);
}
