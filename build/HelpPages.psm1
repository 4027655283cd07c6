# The pages in docs/cmdlets, read without PlatyPS: build/docs.ps1 and tests/Pester/Help.Tests.ps1 check them with this.

# The parameters that every cmdlet has, or has by SupportsShouldProcess with words of PowerShell's own.
$script:common = [System.Management.Automation.Cmdlet]::CommonParameters

function Get-Section([string] $Text, [string] $Name) {
    if ($Text -match "(?ms)^## $Name\n(.*?)(?=^## |\z)") { $Matches[1].Trim() }
}

function Read-Set([string[]] $Yaml) {
    $set = $null
    switch -Regex ($Yaml) {
        '^- Name: (.*)' { if ($set) { [pscustomobject] $set }; $set = [ordered]@{ Name = $Matches[1] }; continue }
        '^  (\w+): (.*)' { if ($set) { $set[$Matches[1]] = $Matches[2] } }
    }
    if ($set) { [pscustomobject] $set }
}

function Read-List([string] $Yaml, [string] $Name) {
    if ($Yaml -match "(?m)^${Name}:\n((?:- .*\n?)+)") { $Matches[1].Trim() -split '\n' -replace '^- ' }
}

# A page of docs/cmdlets as an object.
function Read-HelpPage([string] $Path) {
    $text = [IO.File]::ReadAllText($Path)
    $examples = foreach ($match in [regex]::Matches((Get-Section $text 'EXAMPLES'), '(?ms)^### (.*?)\n(.*?)(?=^### |\z)')) {
        $body = $match.Groups[2].Value
        $code = [regex]::Match($body, '(?ms)^```powershell\n(.*?)\n```$')
        [pscustomobject]@{
            Title       = $match.Groups[1].Value
            Code        = $code.Groups[1].Value
            Explanation = ($body -replace [regex]::Escape($code.Value)).Trim()
        }
    }
    $parameters = foreach ($match in [regex]::Matches((Get-Section $text 'PARAMETERS'), '(?ms)^### -(\w+)\n(.*?)^```yaml\n(.*?)^```$')) {
        $yaml = $match.Groups[3].Value
        [pscustomobject]@{
            Name        = $match.Groups[1].Value
            Description = $match.Groups[2].Value.Trim()
            Type        = [regex]::Match($yaml, '(?m)^Type: (.*)$').Groups[1].Value
            Wildcards   = [regex]::Match($yaml, '(?m)^SupportsWildcards: (.*)$').Groups[1].Value
            Aliases     = @(Read-List $yaml 'Aliases')
            Accepted    = @(Read-List $yaml 'AcceptedValues')
            Sets        = @(Read-Set ($yaml -split '\n'))
        }
    }
    $syntax = foreach ($match in [regex]::Matches((Get-Section $text 'SYNTAX'), '(?ms)^### (.*?)\n\s*```\n(.*?)\n```')) {
        '{0}: {1}' -f ($match.Groups[1].Value -replace ' \(Default\)$'), ($match.Groups[2].Value -replace '\s+', ' ')
    }
    [pscustomobject]@{
        Name        = [IO.Path]::GetFileNameWithoutExtension($Path)
        Text        = $text
        Synopsis    = Get-Section $text 'SYNOPSIS'
        Description = Get-Section $text 'DESCRIPTION'
        Syntax      = @($syntax)
        Examples    = @($examples)
        Parameters  = @($parameters)
    }
}

function Format-Set($Set) {
    '{0}, position {1}, required {2}, pipeline {3}, by property {4}, rest {5}' -f $Set.Name, $Set.Position, $Set.IsRequired,
    $Set.ValueFromPipeline, $Set.ValueFromPipelineByPropertyName, $Set.ValueFromRemainingArguments
}

# The parameter of a command in the words of a page.
function Format-CommandParameter([System.Management.Automation.ParameterMetadata] $Parameter) {
    $attributes = $Parameter.Attributes
    $sets = foreach ($entry in $Parameter.ParameterSets.GetEnumerator()) {
        Format-Set ([pscustomobject]@{
                Name                            = $entry.Key -replace '^__AllParameterSets$', '(All)'
                Position                        = $entry.Value.Position -eq [int]::MinValue ? 'Named' : $entry.Value.Position
                IsRequired                      = "$($entry.Value.IsMandatory)".ToLowerInvariant()
                ValueFromPipeline               = "$($entry.Value.ValueFromPipeline)".ToLowerInvariant()
                ValueFromPipelineByPropertyName = "$($entry.Value.ValueFromPipelineByPropertyName)".ToLowerInvariant()
                ValueFromRemainingArguments     = "$($entry.Value.ValueFromRemainingArguments)".ToLowerInvariant()
            })
    }
    [ordered]@{
        Type      = $Parameter.ParameterType.ToString()
        Wildcards = "$($attributes.TypeId.Name -contains 'SupportsWildcardsAttribute')".ToLowerInvariant()
        Aliases   = @($Parameter.Aliases | Sort-Object) -join ', '
        Accepted  = @($attributes | Where-Object { $_ -is [ValidateSet] } | ForEach-Object ValidValues) -join ', '
        Sets      = @($sets | Sort-Object) -join '; '
    }
}

# What a page says of a command's parameters and syntax that is not so: a line each, none when all is right.
function Compare-HelpPage($Page, [System.Management.Automation.CommandInfo] $Command) {
    $actual = @{}
    foreach ($parameter in $Command.Parameters.Values | Where-Object Name -notin $script:common) {
        $actual[$parameter.Name] = Format-CommandParameter $parameter
    }
    foreach ($name in $actual.Keys | Where-Object { $_ -notin $Page.Parameters.Name }) {
        "-$name is not on the page"
    }
    foreach ($parameter in $Page.Parameters) {
        if (-not $actual.ContainsKey($parameter.Name)) {
            "-$($parameter.Name) is on the page, and the cmdlet has no such parameter"
            continue
        }
        $said = [ordered]@{
            Type      = $parameter.Type
            Wildcards = $parameter.Wildcards
            Aliases   = @($parameter.Aliases | Sort-Object) -join ', '
            Accepted  = $parameter.Accepted -join ', '
            Sets      = @($parameter.Sets | ForEach-Object { Format-Set $_ } | Sort-Object) -join '; '
        }
        foreach ($key in $said.Keys) {
            if ($said[$key] -cne $actual[$parameter.Name][$key]) {
                "-$($parameter.Name): $key is '$($actual[$parameter.Name][$key])'; the page says '$($said[$key])'"
            }
        }
    }
    $syntax = foreach ($set in $Command.ParameterSets) {
        '{0}: {1} {2}' -f $set.Name, $Command.Name, ("$set" -replace '\s*\[<CommonParameters>\]')
    }
    $syntax = @($syntax | ForEach-Object { $_.TrimEnd() })
    foreach ($line in $syntax | Where-Object { $_ -notin $Page.Syntax }) {
        "the syntax is '$line'; the page says: $($Page.Syntax -join ' | ')"
    }
    foreach ($line in $Page.Syntax | Where-Object { $_ -notin $syntax }) {
        "the page has the syntax '$line', and the cmdlet does not"
    }
}

Export-ModuleMember -Function Read-HelpPage, Compare-HelpPage
