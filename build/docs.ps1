# Makes the help that Get-Help shows from the pages in docs/cmdlets, once they agree with the built module.
#   -Destination   where the file goes; it is committed, since PlatyPS is not everywhere
[CmdletBinding()]
param(
    [string] $Destination = "$PSScriptRoot/../docs/help"
)

$ErrorActionPreference = 'Stop'
$root = (Resolve-Path "$PSScriptRoot/..").Path
if (-not (Get-Module -ListAvailable -Name Microsoft.PowerShell.PlatyPS | Where-Object Version -ge '1.0')) {
    [Console]::Error.WriteLine('docs: this needs PlatyPS 1.0 or later: Install-PSResource Microsoft.PowerShell.PlatyPS')
    exit 1
}

Import-Module Microsoft.PowerShell.PlatyPS -MinimumVersion 1.0
Import-Module "$PSScriptRoot/HelpPages.psm1"
$module = Import-Module "$root/out/E2B/E2B.psd1" -PassThru
$pages = Get-ChildItem "$root/docs/cmdlets/*-*.md" | Sort-Object Name -Culture ''

$problems = @(
    $module.ExportedCmdlets.Keys | Where-Object { $_ -notin $pages.BaseName } | ForEach-Object { "docs/cmdlets/$_.md is missing" }
    foreach ($page in $pages) {
        if (-not $module.ExportedCmdlets.ContainsKey($page.BaseName)) {
            "docs/cmdlets/$($page.Name): the module exports no such cmdlet"
            continue
        }
        if (-not (Test-MarkdownCommandHelp -Path $page.FullName)) {
            (Test-MarkdownCommandHelp -Path $page.FullName -DetailView).Messages | Where-Object { $_ -notmatch 'PASS' } |
                ForEach-Object { "docs/cmdlets/$($page.Name): $_" }
        }
        Compare-HelpPage (Read-HelpPage $page.FullName) $module.ExportedCmdlets[$page.BaseName] |
            ForEach-Object { "docs/cmdlets/$($page.Name): $_" }
    }
)
if ($problems) {
    $problems | ForEach-Object { [Console]::Error.WriteLine("docs: $_") }
    exit 1
}

# PlatyPS leaves the code of examples among their words, fences included, links to files that are not there in
# Get-Help, and ends lines as the machine does. Put right here, so that the file is the same wherever it is made.
function ConvertTo-ModuleHelp([string] $Path) {
    $document = [Xml.XmlDocument]::new()
    $document.Load($Path)
    $names = [Xml.XmlNamespaceManager]::new($document.NameTable)
    $names.AddNamespace('maml', 'http://schemas.microsoft.com/maml/2004/10')
    $names.AddNamespace('command', 'http://schemas.microsoft.com/maml/dev/command/2004/10')
    $names.AddNamespace('dev', 'http://schemas.microsoft.com/maml/dev/2004/10')
    foreach ($example in $document.SelectNodes('//command:example', $names)) {
        $introduction = $example.SelectSingleNode('maml:introduction', $names)
        $remarks = $example.SelectSingleNode('dev:remarks', $names)
        foreach ($paragraph in @($introduction.ChildNodes)) {
            if ($paragraph.InnerText -match '(?s)^```powershell\n(.*)\n```$') {
                $example.SelectSingleNode('dev:code', $names).InnerText = $Matches[1]
                $null = $introduction.RemoveChild($paragraph)
            }
            elseif ($paragraph.InnerText.Trim([char] 0x80).Length -eq 0) {
                $null = $introduction.RemoveChild($paragraph)
            }
            else {
                $null = $remarks.AppendChild($introduction.RemoveChild($paragraph))
            }
        }
        $introduction.IsEmpty = $true
    }
    foreach ($link in $document.SelectNodes('//maml:navigationLink', $names)) {
        $uri = $link.SelectSingleNode('maml:uri', $names)
        if ($link.SelectSingleNode('maml:linkText', $names).InnerText -eq 'Online Version') {
            $null = $link.ParentNode.RemoveChild($link)
        }
        elseif ($uri.InnerText -notmatch '^https?:') {
            $uri.InnerText = ''
            $uri.IsEmpty = $true
        }
    }
    $settings = [Xml.XmlWriterSettings]@{ Indent = $true; NewLineChars = "`n"; Encoding = [Text.UTF8Encoding]::new($false) }
    $stream = [IO.MemoryStream]::new()
    $writer = [Xml.XmlWriter]::Create($stream, $settings)
    $document.Save($writer)
    $writer.Dispose()
    [Text.Encoding]::UTF8.GetString($stream.ToArray()).Replace("`r`n", "`n") + "`n"
}

$folder = Join-Path ([IO.Path]::GetTempPath()) "e2b-docs-$PID"
try {
    $made = $pages.FullName | Import-MarkdownCommandHelp | Export-MamlCommandHelp -OutputFolder $folder -Force
    $null = New-Item -ItemType Directory -Path $Destination -Force
    $file = Join-Path (Resolve-Path -LiteralPath $Destination).ProviderPath 'E2B.PowerShell.dll-Help.xml'
    [IO.File]::WriteAllText($file, (ConvertTo-ModuleHelp $made.FullName), [Text.UTF8Encoding]::new($false))
    "Help: $([IO.Path]::GetRelativePath($PWD, $file))"
}
finally {
    if ([IO.Directory]::Exists($folder)) { [IO.Directory]::Delete($folder, $true) }
}
