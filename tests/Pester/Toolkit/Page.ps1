# Reads docs/toolkit.md: what is made once, what is made anew for a line, and the rows of the tables.

# The code of a cell, a line each. A `|` in a table's cell is written `\|`.
function Get-CellCode([string] $Cell) {
    [regex]::Matches($Cell, '`([^`]+)`').ForEach{ $_.Groups[1].Value.Replace('\|', '|') }
}

function Read-ToolkitPage([string] $Path = "$PSScriptRoot/../../../docs/toolkit.md") {
    $page = @{ SetUp = ''; Anew = [ordered]@{}; Rows = [Collections.Generic.List[object]]::new() }
    $text = [IO.File]::ReadAllText($Path)
    $page.SetUp = [regex]::Match($text, '(?ms)^```powershell\n(.*?)\n```$').Groups[1].Value
    foreach ($line in $text -split '\n' -match '^\| `') {
        $cells = [regex]::Split($line.Trim().Trim('|'), '(?<!\\)\|').Trim()
        if ($cells.Count -eq 2) {
            $page.Anew[(Get-CellCode $cells[0]).TrimStart('$')] = @(Get-CellCode $cells[1])[0]
            continue
        }

        if ($cells.Count -ne 3) { throw "this row has not three cells: $line" }
        $names = @(Get-CellCode $cells[0])
        $page.Rows.Add(@{ Name = $names[0]; Names = $names; Lines = @(Get-CellCode $cells[1]); Remarks = $cells[2] })
    }

    $page
}
