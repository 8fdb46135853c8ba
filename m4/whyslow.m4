# WS_NEED(VARIABLE, MODULE, DEBIAN-PACKAGE)
# Finds a library by pkg-config; what is missing is gathered in ws_missing.
AC_DEFUN([WS_NEED],
  [PKG_CHECK_MODULES([$1], [$2], [], [ws_missing="$ws_missing $3"])])

# WS_TRY_FLAGS(FLAGS, IF-THEY-WORK, IF-NOT)
# Compiles and links with FLAGS; an unknown one that only warns is no success.
AC_DEFUN([WS_TRY_FLAGS], [
  AC_MSG_CHECKING([whether $CC takes $1])
  ws_saved_CFLAGS=$CFLAGS
  ws_saved_LDFLAGS=$LDFLAGS
  CFLAGS="$CFLAGS $1 -Werror"
  LDFLAGS="$LDFLAGS $1"
  AC_LINK_IFELSE([AC_LANG_PROGRAM()], [ws_works=yes], [ws_works=no])
  CFLAGS=$ws_saved_CFLAGS
  LDFLAGS=$ws_saved_LDFLAGS
  AC_MSG_RESULT([$ws_works])
  AS_IF([test "$ws_works" = yes], [$2], [$3])
])

# WS_CFLAG(FLAG), WS_LDFLAG(FLAG)
# Adds FLAG for the compiler or the linker where it is known.
AC_DEFUN([WS_CFLAG], [WS_TRY_FLAGS([$1], [ws_cflags="$ws_cflags $1"])])
AC_DEFUN([WS_LDFLAG], [WS_TRY_FLAGS([$1], [ws_ldflags="$ws_ldflags $1"])])
