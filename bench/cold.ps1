# Starting sandboxes without a pool. Run by run.ps1 in a server of its own.
'== The same without a pool'
$first = dotnet $sdk first (4 * $Rounds) 0 | ForEach-Object { , ([double[]] -split $_) }
'create          {0}' -f (Format-Figure ($first | ForEach-Object { $_[0] }) 'ms')
'first command   {0}' -f (Format-Figure ($first | ForEach-Object { $_[1] }) 'ms')
"both            {0}   (wanted: at most 400)`n" -f (Format-Figure ($first | ForEach-Object { $_[2] }) 'ms')
