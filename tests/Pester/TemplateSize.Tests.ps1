BeforeAll {
    . "$PSScriptRoot/Support.ps1"

    # Large files of which no two are equal and none can be packed: one block of noise, with another number in front.
    function New-LargeContext([string] $Folder, [int] $Directories, [int] $FilesOfEach, [int] $Size) {
        $block = [byte[]]::new($Size)
        [Random]::new(1).NextBytes($block)
        for ($i = 0; $i -lt $Directories; $i++) {
            $directory = [IO.Directory]::CreateDirectory("$Folder/d$i").FullName
            for ($j = 0; $j -lt $FilesOfEach; $j++) {
                [BitConverter]::GetBytes([long]($i * 1000 + $j)).CopyTo($block, 0)
                [IO.File]::WriteAllBytes("$directory/f$j.bin", $block)
            }
        }
    }

    function Get-ProcessMemory([string] $Name, [int] $Process) {
        [long]((Get-Content "/proc/$Process/status" | Where-Object { $_ -like "${Name}:*" }) -replace '\D') * 1KB
    }

    # From here on the system counts a process's largest memory anew.
    function Reset-LargestMemory([int] $Process) { [IO.File]::WriteAllText("/proc/$Process/clear_refs", '5') }
}

Describe 'The size of what is copied' {
    It 'is not the size of memory, neither here nor in the server' {
        # 64 MiB in 2,000 files; 2 GiB in 50,000 with E2B_SOAK.
        $directories, $files = $env:E2B_SOAK ? (500, 100) : (50, 40)
        $size = $env:E2B_SOAK ? 42950 : 33554
        New-LargeContext (Join-Path $TestDrive 'context') $directories $files $size
        $server = (Get-E2BLocalServer).Pid
        $before = Get-ProcessMemory VmRSS $server
        Reset-LargestMemory $server

        # What the first build of a process loads is no growth by the files.
        $client = Invoke-Fresh @"
            Import-Module '$(Resolve-Path "$PSScriptRoot/../../out/E2B/E2B.psd1")'
            `$ProgressPreference = 'SilentlyContinue'
            Set-Location '$TestDrive'
            Set-Content small.txt small
            `$null = New-E2BTemplate -ContextPath . | Add-E2BTemplateStep -Copy small.txt -Destination /opt/ | Build-E2BTemplate size-small 6>`$null
            [IO.File]::WriteAllText('/proc/self/clear_refs', '5')
            function memory(`$name) { [long]((Get-Content /proc/self/status | Where-Object { `$_ -like "`${name}:*" }) -replace '\D') * 1KB }
            `$before = memory VmRSS
            `$watch = [Diagnostics.Stopwatch]::StartNew()
            `$built = New-E2BTemplate -ContextPath context | Add-E2BTemplateStep -Copy . -Destination /opt/context |
                Add-E2BTemplateStep -Run 'find /opt/context -name "*.bin" | wc -l; du -sb --apparent-size /opt/context | cut -f1' |
                Build-E2BTemplate size-large -InformationVariable log 6>`$null
            "grown=`$((memory VmHWM) - `$before)"
            "seconds=`$([int]`$watch.Elapsed.TotalSeconds)"
            "status=`$((Get-E2BTemplateBuild `$built).Status)"
            `$log.MessageData.Message
"@
        $values = @{}
        $client | Where-Object { $_ -match '^(\w+)=(.*)$' } | ForEach-Object { $values[$Matches[1]] = $Matches[2] }

        $values.status | Should -Be 'Ready' -Because ($client -join "`n")
        ($client -match "stdout\]: $($directories * $files)$").Count | Should -Be 1
        [long]$values.grown | Should -BeLessThan 100MB
        $grown = (Get-ProcessMemory VmHWM $server) - $before
        $grown | Should -BeLessThan 100MB
        Write-Host ('{0} files, {1:n0} MiB: built in {2} s, the client''s memory grew by {3:n0} MiB, the server''s by {4:n0} MiB' -f
            ($directories * $files), ($directories * $files * $size / 1MB), $values.seconds, ($values.grown / 1MB), ($grown / 1MB))

        Remove-E2BTemplate size-small, size-large -Force
        [IO.Directory]::Delete((Join-Path $TestDrive 'context'), $true)
    }
}
