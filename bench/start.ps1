# Starting: the module, and sandboxes from the pool. Run by run.ps1 in a server of its own.
'== Import-Module, whole processes'
$times = Measure-InTurn ([ordered]@{
        bare   = { Measure-Seconds { pwsh -NoProfile -Command '1' } }
        import = { Measure-Seconds { pwsh -NoProfile -Command "Import-Module '$module'" } }
    })
foreach ($name in $times.Keys) { '{0,-8} {1}' -f $name, (Format-Figure $times[$name] 's') }
"import - bare                   {0:0} ms  (wanted: at most 150)`n" -f (1000 * ((Get-Median $times.import) - (Get-Median $times.bare)))
'== Create, then the first command; one after another, from the pool of 2 started sandboxes'
# With time for the pool to be full again: what is measured is a create that finds it so.
$first = dotnet $sdk first (4 * $Rounds) 1500 | ForEach-Object { , ([double[]] -split $_) }
'create          {0}' -f (Format-Figure ($first | ForEach-Object { $_[0] }) 'ms')
'first command   {0}' -f (Format-Figure ($first | ForEach-Object { $_[1] }) 'ms')
"both            {0}   (wanted: at most 150)`n" -f (Format-Figure ($first | ForEach-Object { $_[2] }) 'ms')
