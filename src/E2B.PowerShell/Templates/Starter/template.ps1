# What the template "{{name}}" is made of. Running this file shows it and builds nothing; build.ps1 builds it.
# Get-Help Add-E2BTemplateStep -Examples shows what else there is.

New-E2BTemplate -FromBaseImage -ContextPath $PSScriptRoot |
    Add-E2BTemplateStep -Copy app -Destination /home/user/app |
    Add-E2BTemplateStep -Run 'sh /home/user/app/hello.sh'

# To have packages in it, and a program that runs from the first moment on, add to the pipeline:
#
#   Add-E2BTemplateStep -Apt git, curl |
#   Set-E2BTemplateStart -Command 'python3 -m http.server 8000' -WaitForPort 8000
