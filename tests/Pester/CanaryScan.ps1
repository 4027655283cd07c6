# Looks for secrets in everything that a run of the suite has shown. Dot-sourced by run.ps1.

# Begins: from here on what the console shows is kept. With -AllStreams every cmdlet of the module also speaks with
# -Verbose and -Debug, and everything it writes is kept, whether or not a test shows it.
function Open-CanaryScan([string] $Folder, [switch] $AllStreams) {
    $scan = [pscustomobject]@{
        Transcript = Join-Path $Folder 'transcript.txt'
        AllStreams = [bool] $AllStreams
        Planted    = [ordered]@{}
    }
    $null = Start-Transcript -LiteralPath $scan.Transcript
    # -OutVariable and -ErrorVariable of every scope are to add to them.
    'E2BScanned', 'E2BScannedErrors' | ForEach-Object { Set-Variable -Name $_ -Scope Global -Value ([Collections.ArrayList]::new()) }
    if ($AllStreams) {
        $global:PSDefaultParameterValues['*-E2B*:Verbose'] = $true
        $global:PSDefaultParameterValues['*-E2B*:Debug'] = $true
        $global:PSDefaultParameterValues['*-E2B*:OutVariable'] = '+global:E2BScanned'
        $global:PSDefaultParameterValues['*-E2B*:ErrorVariable'] = '+global:E2BScannedErrors'
    }

    # A scan that finds nothing is worth something only if it finds what is there.
    $places = @('host', 'warning', 'verbose', 'debug', 'error') + @(if ($AllStreams) { 'output of a cmdlet'; 'error of a cmdlet' })
    foreach ($place in $places) { $scan.Planted[$place] = "canary-$([guid]::NewGuid().ToString('n'))" }
    Write-Host $scan.Planted['host']
    Write-Warning $scan.Planted['warning']
    Write-Verbose $scan.Planted['verbose'] -Verbose
    Write-Debug $scan.Planted['debug'] -Debug
    Write-Error $scan.Planted['error'] -ErrorAction Continue
    if ($AllStreams) {
        $before = Get-E2BDefault
        Set-E2BDefault -Metadata @{ planted = $scan.Planted['output of a cmdlet'] }
        $null = Get-E2BDefault
        Set-E2BDefault -Metadata ([hashtable] $before.Metadata)
        Remove-E2BSandbox $scan.Planted['error of a cmdlet'] -ErrorAction SilentlyContinue
    }
    $scan
}

# Ends it: one line for each secret that was seen, and for each planted one that was not.
function Complete-CanaryScan($Scan, [string] $Key) {
    '*-E2B*:Verbose', '*-E2B*:Debug', '*-E2B*:OutVariable', '*-E2B*:ErrorVariable' | ForEach-Object { $global:PSDefaultParameterValues.Remove($_) }
    $null = Stop-Transcript
    $text = [Text.StringBuilder]::new([IO.File]::ReadAllText($Scan.Transcript))
    $secrets = [Collections.Generic.Dictionary[string, string]]::new()
    $secrets[$Key.Substring(4)] = 'the server''s key'
    $records = Get-Variable -Name E2BScanned -Scope Global -ValueOnly
    $errors = Get-Variable -Name E2BScannedErrors -Scope Global -ValueOnly
    foreach ($record in @($records) + @($errors)) {
        if ($null -eq $record) { continue }
        if ($record -is [string]) { $null = $text.AppendLine($record); continue }
        $null = $text.AppendLine("$record")
        if ($record -is [System.Management.Automation.ErrorRecord]) {
            for ($exception = $record.Exception; $exception; $exception = $exception.InnerException) { $null = $text.AppendLine("$exception") }
            continue
        }
        if ($record -is [ValueType] -or $record -is [byte[]]) { continue }
        $null = $text.AppendLine([System.Management.Automation.PSSerializer]::Serialize($record, 3))
        if ($record -is [E2B.Sandbox]) {
            # Nobody but the object itself knows its token.
            $access = [E2B.Sandbox].GetProperty('Access', [Reflection.BindingFlags] 'NonPublic, Instance').GetValue($record)
            $token = $access.GetType().GetProperty('AccessToken').GetValue($access)
            if ($token) { $secrets[$token] = "the token of the sandbox $record" }
        }
    }

    $shown = $text.ToString()
    foreach ($place in $Scan.Planted.Keys) {
        if (-not $shown.Contains($Scan.Planted[$place])) { "what was planted was not found: $place" }
    }
    foreach ($secret in $secrets.Keys) {
        $bytes = [Text.Encoding]::UTF8.GetBytes($secret)
        $forms = $secret, [Convert]::ToBase64String($bytes), [Convert]::ToHexString($bytes)
        if ($forms.Where({ $shown.Contains($_, [StringComparison]::OrdinalIgnoreCase) })) { "$($secrets[$secret]) was shown" }
    }
    if ($Scan.AllStreams -and $secrets.Count -lt 2) { 'no token of a sandbox is known: nothing was scanned for' }
    Write-Host "Scanned for secrets: $($shown.Length) characters, $($records.Count) records, $($errors.Count) errors, $($secrets.Count) secrets, $($Scan.Planted.Count) planted ones."
    Remove-Variable E2BScanned, E2BScannedErrors -Scope Global
}
