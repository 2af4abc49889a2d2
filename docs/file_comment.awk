# Doxygen's input filter: makes the comment at the top of a header, before its include guard, the
# description of the file; what is indented in it becomes code.
/^#ifndef/ { done = 1 }
!done && /^\/\// {
  text = substr($0, 3)
  if (FNR == 1) text = " @file" "\n///" text
  if (text ~ /^   /) text = "  " text
  print "///" text
  next
}
{ print }
