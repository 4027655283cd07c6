BeforeAll {
    . "$PSScriptRoot/Support.ps1"
    $module = "$PSScriptRoot/../../out/E2B/E2B.psd1"

    # A PNG of two colours, left and right, made here.
    $png = [byte[]](& /usr/bin/python3 -c 'import base64, struct, zlib
c = lambda t, d: struct.pack(">I", len(d)) + t + d + struct.pack(">I", zlib.crc32(t + d))
line = bytes((255, 0, 0)) * 8 + bytes((0, 0, 255)) * 4
raw = b"".join(bytes((f,)) + {0: line, 1: line[:3] + bytes((line[i] - line[i - 3]) % 256 for i in range(3, 36)), 2: bytes(36)}[f] for f in (0, 2, 1, 2, 0, 2, 2))
print(base64.b64encode(b"\x89PNG\r\n\x1a\n" + c(b"IHDR", struct.pack(">IIBBBBB", 12, 7, 8, 2, 0, 0, 0)) + c(b"IDAT", zlib.compress(raw)) + c(b"IEND", b"")).decode())' |
            ForEach-Object { [Convert]::FromBase64String($_) })

    # What a PowerShell at a terminal writes to it.
    function Invoke-AtTerminal([string] $Script, [hashtable] $Environment = @{}) {
        Set-Content "$TestDrive/shown.ps1" "Import-Module '$module'; `$png = [Convert]::FromBase64String('$([Convert]::ToBase64String($png))'); `$result = [E2B.CodeResult]@{ SandboxId = 's'; Text = 'the text'; Png = `$png }; $Script"
        $variables = @{ TERM = 'xterm-256color'; TMUX = ''; STY = ''; KITTY_WINDOW_ID = ''; TERM_PROGRAM = ''; LC_TERMINAL = ''; WT_SESSION = ''; NO_COLOR = '' } + @{}
        foreach ($name in $Environment.Keys) { $variables[$name] = $Environment[$name] }
        $settings = $variables.GetEnumerator() | ForEach-Object { "$($_.Key)=$($_.Value)" }
        & env @settings script -qec "pwsh -NoProfile -NonInteractive -File '$TestDrive/shown.ps1'" "$TestDrive/typescript" > $null
        [IO.File]::ReadAllText("$TestDrive/typescript")
    }

    # The colours of a Sixel picture, pixel by pixel, line by line.
    function Read-Sixel([string] $Text) {
        $null = $Text -match '(?s)\x1bP0;1q"1;1;(\d+);(\d+)(.*?)\x1b\\'
        $width, $height, $body = [int]$Matches[1], [int]$Matches[2], $Matches[3]
        $colours = @{}
        foreach ($match in [regex]::Matches($body, '#(\d+);2;(\d+);(\d+);(\d+)')) { $colours[$match.Groups[1].Value] = "$($match.Groups[2]) $($match.Groups[3]) $($match.Groups[4])" }
        $pixels = [Array]::CreateInstance([string], $height, $width)
        $top = 0
        foreach ($band in ($body -replace '#\d+;2;\d+;\d+;\d+').TrimEnd('-') -split '-') {
            foreach ($part in $band -split '\$' -ne '') {
                $null = $part -match '^#(\d+)(.*)$'
                $colour, $data, $x = $colours[$Matches[1]], $Matches[2], 0
                foreach ($run in [regex]::Matches($data, '(?:!(\d+))?([?-~])')) {
                    $bits = [int][char]$run.Groups[2].Value - 63
                    foreach ($n in 1..($run.Groups[1].Success ? [int]$run.Groups[1].Value : 1)) {
                        foreach ($y in 0..5) { if ($bits -band (1 -shl $y)) { $pixels[($top + $y), $x] = $colour } }
                        $x++
                    }
                }
            }
            $top += 6
        }
        , $pixels
    }
}

Describe 'Save-E2BCodeResult' {
    BeforeAll {
        $result = [E2B.CodeResult]@{ SandboxId = 's'; Text = 'ü'; Html = '<b>'; Svg = '<svg/>'; Png = $png; Jpeg = [byte[]](1, 2); Pdf = [byte[]](3, 4); Latex = '$x$'; Json = '[1]'; Markdown = '*m*'; JavaScript = 'f()' }
        $plain = [E2B.CodeResult]@{ SandboxId = 's'; Text = 'plain' }
    }
    BeforeEach { $folder = (New-Item -ItemType Directory "$TestDrive/$([guid]::NewGuid())").FullName }

    It 'writes the representation that the extension <_> asks for' -ForEach 'png', 'jpg', 'jpeg', 'svg', 'pdf', 'html', 'md', 'tex', 'json', 'js', 'txt' {
        $expected = @{ png = $png; jpg = 1, 2; jpeg = 1, 2; pdf = 3, 4; svg = '<svg/>'; html = '<b>'; md = '*m*'; tex = '$x$'; json = '[1]'; js = 'f()'; txt = 'ü' }[$_]
        if ($expected -is [string]) { $expected = [Text.Encoding]::UTF8.GetBytes($expected) }
        $result | Save-E2BCodeResult "$folder/file.$_"
        [IO.File]::ReadAllBytes("$folder/file.$_") | Should -Be ([byte[]]$expected)
    }

    It 'takes -Format where the name does not say, and a path of this location' {
        Push-Location $folder
        try { ($result | Save-E2BCodeResult shown.bin -Format SVG -PassThru).FullName | Should -BeExactly (Join-Path $folder shown.bin) } finally { Pop-Location }
        Get-Content -Raw "$folder/shown.bin" | Should -BeExactly '<svg/>'
        { $result | Save-E2BCodeResult "$folder/shown.bmp" } | Should -Throw -ErrorId 'E2BUnknownFormat,*'
        { $result | Save-E2BCodeResult "$folder/shown" } | Should -Throw -ErrorId 'E2BUnknownFormat,*'
        { $result | Save-E2BCodeResult "$folder/a.png" -Format gif } | Should -Throw -ErrorId 'E2BUnknownFormat,*'
    }

    It 'replaces a file with -Force only' {
        Set-Content "$folder/a.txt" 'mine'
        { $result | Save-E2BCodeResult "$folder/a.txt" -ErrorAction Stop } | Should -Throw -ErrorId 'E2BConflict,*'
        Get-Content "$folder/a.txt" | Should -BeExactly 'mine'
        $result | Save-E2BCodeResult "$folder/a.txt" -Force
        Get-Content "$folder/a.txt" | Should -BeExactly 'ü'
        $plain | Save-E2BCodeResult "$folder/b.txt" -WhatIf
        "$folder/b.txt" | Should -Not -Exist
    }

    It 'writes a file whole or not at all' {
        Set-Content "$folder/a.txt" 'mine'
        & /usr/bin/chmod 640 "$folder/a.txt"
        $null = New-Item -ItemType SymbolicLink "$folder/link.txt" -Target "$folder/a.txt"
        $plain | Save-E2BCodeResult "$folder/link.txt" -Force
        (Get-Item "$folder/link.txt").LinkTarget | Should -BeExactly "$folder/a.txt"
        Get-Content "$folder/a.txt" | Should -BeExactly 'plain'
        (Get-Item "$folder/a.txt").UnixMode | Should -BeExactly '-rw-r-----'

        # A disk that is full: what was there stays, and nothing else is left.
        $full = (New-Item -ItemType Directory "$folder/full").FullName
        & mount -t tmpfs -o size=64k tmpfs $full
        try {
            Set-Content "$full/a.txt" 'mine'
            $large = [E2B.CodeResult]@{ SandboxId = 's'; Text = 'x' * 1MB }
            { $large | Save-E2BCodeResult "$full/a.txt" -Force -ErrorAction Stop } | Should -Throw -ErrorId 'E2BLocalFileError,*'
            Get-Content "$full/a.txt" | Should -BeExactly 'mine'
            (Get-ChildItem -Force $full).Name | Should -BeExactly 'a.txt'
        }
        finally { & umount $full }
    }

    It 'numbers files in a directory, which it makes, and leaves those alone that are there' {
        $saved = $plain, $result, $plain | Save-E2BCodeResult "$folder/new/" -PassThru
        $saved.Name | Should -BeExactly @('result-1.txt', 'result-2.png', 'result-3.txt')
        ($plain | Save-E2BCodeResult "$folder/new" -PassThru).Name | Should -BeExactly 'result-2.txt'
        ($result | Save-E2BCodeResult "$folder/new" -Format html -PassThru).Name | Should -BeExactly 'result-1.html'
    }

    It 'passes over results without the representation, and says so when none has it' {
        $plain, $result, $plain | Save-E2BCodeResult "$folder/one.png" -ErrorAction Stop
        "$folder/one.png" | Should -Exist
        $plain | Save-E2BCodeResult "$folder/two.png" -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'E2BNoSuchFormat,*'
        "$($failed[0])" | Should -Match 'There is: text'
        $result, $result | Save-E2BCodeResult "$folder/three.png" -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'E2BSeveralResults,*'
    }

    It 'says so too where a directory asks for no form' {
        [E2B.CodeResult]@{ SandboxId = 's' } | Save-E2BCodeResult "$folder/none/" -ErrorVariable failed -ErrorAction SilentlyContinue
        "$($failed[0])" | Should -BeExactly 'No result has a form that can be saved. There is: nothing.'
        "$folder/none" | Should -Not -Exist
    }

    It 'lets text through and refuses everything else' {
        'printed', $result, 'more' | Save-E2BCodeResult "$folder/a.png" | Should -BeExactly @('printed', 'more')
        { 7 | Save-E2BCodeResult "$folder/b.png" -ErrorAction Stop } | Should -Throw -ErrorId 'E2BInvalidArgument,*'
        { $result | Save-E2BCodeResult "$folder/not/there.png" -ErrorAction Stop } | Should -Throw -ErrorId 'E2BLocalFileError,*'
    }

    It 'takes executions' {
        [E2B.CodeExecution]@{ SandboxId = 's'; Results = [E2B.CodeResult[]]($plain, $result) } | Save-E2BCodeResult "$folder/a.svg" -PassThru | ForEach-Object Name | Should -BeExactly 'a.svg'
    }

    It 'completes formats' {
        $line = 'Save-E2BCodeResult a -Format j'
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be @('javascript', 'jpeg', 'json')
    }
}

Describe 'Pictures at a terminal' {
    It 'are shown by Kitty''s protocol, byte for byte, before the text' {
        $written = Invoke-AtTerminal '$result' @{ TERM = 'xterm-kitty'; KITTY_WINDOW_ID = '1' }
        $written | Should -Match '\x1b_Ga=T,f=100,q=2,m=0;([^\x1b]+)\x1b\\\r?\n(.|\n)*the text'
        $null = $written -match '\x1b_Ga=T,f=100,q=2,m=0;([^\x1b]+)\x1b\\'
        $Matches[1] | Should -BeExactly ([Convert]::ToBase64String($png))
    }

    It 'go to Kitty in pieces where they are large' {
        $written = Invoke-AtTerminal '$png = [byte[]]::new(10000); [Random]::new(1).NextBytes($png); $result = [E2B.CodeResult]@{ SandboxId = "s"; Text = "t"; Png = $png }; $result; "sent " + [Convert]::ToBase64String($png)' @{ KITTY_WINDOW_ID = '1' }
        $pieces = [regex]::Matches($written, '\x1b_G([^;]*);([^\x1b]*)\x1b\\')
        $pieces.ForEach{ $_.Groups[1].Value } | Should -BeExactly @('a=T,f=100,q=2,m=1', 'm=1', 'm=1', 'm=0')
        $pieces.ForEach{ $_.Groups[2].Length } | Select-Object -First 3 | Should -Be @(4096, 4096, 4096)
        $null = $written -match 'sent (\S+)'
        -join $pieces.ForEach{ $_.Groups[2].Value } | Should -BeExactly $Matches[1]
    }

    It 'are shown by iTerm2''s protocol' {
        $written = Invoke-AtTerminal '$result' @{ TERM_PROGRAM = 'iTerm.app' }
        $written | Should -Match "\x1b\]1337;File=inline=1;size=$($png.Length);preserveAspectRatio=1:$([regex]::Escape([Convert]::ToBase64String($png)))\a"
    }

    It 'are translated into Sixel, pixel for pixel' {
        $pixels = Read-Sixel (Invoke-AtTerminal '$result' @{ TERM = 'foot' })
        $pixels.GetLength(0), $pixels.GetLength(1) | Should -Be @(7, 12)
        foreach ($y in 0..6) {
            foreach ($x in 0..11) { $pixels[$y, $x] | Should -BeExactly ($x -lt 8 ? '100 0 0' : '0 0 100') -Because "of $x, $y" }
        }
    }

    It 'are not shown <Name>' -ForEach @(
        @{ Name = 'in a terminal that is not known'; Script = '$result'; Environment = @{} }
        @{ Name = 'in tmux'; Script = '$result'; Environment = @{ KITTY_WINDOW_ID = '1'; TMUX = '/tmp/x,1,0' } }
        @{ Name = 'when the preference says None'; Script = '$E2BPicturePreference = "None"; $result'; Environment = @{ KITTY_WINDOW_ID = '1' } }
        @{ Name = 'when a string is made of it'; Script = '($result | Out-String).Trim()'; Environment = @{ KITTY_WINDOW_ID = '1' } }
        @{ Name = 'when it is formatted for another program'; Script = '$result | Out-String -Stream | ForEach-Object { $_ } | Where-Object { $_ }'; Environment = @{ KITTY_WINDOW_ID = '1' } }
    ) {
        $written = Invoke-AtTerminal $Script $Environment
        $written | Should -Match 'the text'
        $written | Should -Not -Match '\x1b_G|\x1bP|1337;'
    }

    It 'are shown as the preference says, whatever the terminal' {
        Invoke-AtTerminal '$E2BPicturePreference = "ITerm2"; $result' @{ TMUX = '/tmp/x,1,0' } | Should -Match '1337;File'
    }

    It 'never go into a file or another process' {
        $env:KITTY_WINDOW_ID = '1'
        try {
            $said = Invoke-Fresh "Import-Module '$module'; `$r = [E2B.CodeResult]@{ SandboxId = 's'; Text = 'the text'; Png = [byte[]](1, 2, 3) }; `$r; `$r > '$TestDrive/file.txt'; Get-Content '$TestDrive/file.txt'"
        }
        finally { Remove-Item env:KITTY_WINDOW_ID }
        @($said | Where-Object { $_ -match 'the text' }).Count | Should -Be 2
        "$said" | Should -Not -Match '\x1b_G'
    }
}
