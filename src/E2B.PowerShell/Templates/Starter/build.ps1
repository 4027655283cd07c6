<#
.SYNOPSIS
    Builds the template "{{name}}".

.EXAMPLE
    ./build.ps1

.EXAMPLE
    ./build.ps1 -Name {{name}}-dev

.EXAMPLE
    ./build.ps1 -Tag 'v1.0', latest
#>
[CmdletBinding()]
param(
    # The template's name.
    [string] $Name = '{{name}}',

    # Tags of the build. Without a type: a number such as 1.10 is refused then, instead of becoming 1.1.
    $Tag,

    # Takes nothing from the cache.
    [switch] $NoCache
)

$PSBoundParameters['Name'] = $Name
& "$PSScriptRoot/template.ps1" | Build-E2BTemplate @PSBoundParameters
