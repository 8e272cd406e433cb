# bash completion for reminderctl. The program itself knows what may follow: verbs, options, and from the running daemon
# the items, agencies and deliveries.
_reminderctl()
{
        local candidates
        candidates=$(reminderctl complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
        if [[ $candidates == :files ]]; then
                compopt -o filenames
                mapfile -t COMPREPLY < <(compgen -f -- "${COMP_WORDS[COMP_CWORD]}")
                return
        fi
        mapfile -t COMPREPLY < <(compgen -W "$candidates" -- "${COMP_WORDS[COMP_CWORD]}")
}
complete -F _reminderctl reminderctl
